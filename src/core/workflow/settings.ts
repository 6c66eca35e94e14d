/** What may be set of workflow runs, with its limits. */
import { defaultGuestLimits, type GuestLimits } from "#protocol/guest.ts";

/** Settings of a run. */
export interface WorkflowSettings {
  /** Agents at work at once, 1 to 16. */
  readonly concurrency: number;
  /** Agents of one run, those answered from the journal included. */
  readonly maxAgents: number;
  /** Silence (ms) after which an agent is aborted and tried again. */
  readonly stallMs: number;
  /** Times that a silent agent is tried again. */
  readonly stallRetries: number;
  /** Times that a failed agent is tried again, unless the call says. */
  readonly retries: number;
  /** First wait (ms) before another try; doubles each time. */
  readonly backOffMs: number;
  /** Whether a pipeline stage that gives exactly null ends its item. */
  readonly nullStops: boolean;
  readonly guest: GuestLimits;
}

/** Most agents at once, whatever is set. */
export const maxConcurrency = 16;

/** A run that may start more agents than this is shown before it begins. */
export const previewAbove = 25;

/** The settings in use. */
export const defaultWorkflowSettings: WorkflowSettings = {
  concurrency: 3,
  maxAgents: 1_000,
  stallMs: 180_000,
  stallRetries: 5,
  retries: 2,
  backOffMs: 500,
  nullStops: true,
  guest: defaultGuestLimits,
};
