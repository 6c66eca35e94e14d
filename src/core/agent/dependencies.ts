/** What an agent is made over. */
import type { Question } from "#protocol/session.ts";
import type { Span } from "#protocol/trace.ts";
import type { Prices } from "../models/prices.ts";
import type { Router } from "../models/router.ts";
import type { Permissions } from "../permissions/permissions.ts";
import type { Ports } from "../ports.ts";
import type { Redactor } from "../session/redact.ts";
import type { Traces } from "../trace/traces.ts";
import type { Runs } from "../workflow/runs.ts";
import type { Limits } from "./limits.ts";
import type { AgentTask } from "./task.ts";

/** What an agent works with. */
export interface AgentDependencies {
  readonly ports: Ports;
  readonly router: Router;
  readonly redactor: Redactor;
  readonly prices: Prices;
  readonly traces: Traces;
  /** Called with each span that has ended. */
  readonly spanEnded: (span: Span) => void;
  readonly permissions: Permissions;
  /** Called when a question is asked (which is given), answered or dropped. */
  readonly questionsChanged: (session: string, asked: Question | undefined) => void;
  readonly limits: Limits;
  /** Runs of workflows, for tools that start one. */
  readonly workflows?: () => Runs;
  /** Set where the agent works on a task by itself. */
  readonly task?: AgentTask;
}
