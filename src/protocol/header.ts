/** The fixed beginning of a session's requests, and the model that it is sent to. */

/** What answers the agent: a provider id, its model id, and how hard it thinks. */
export interface ModelChoice {
  readonly provider: string;
  readonly model: string;
  readonly effort: "low" | "high" | "max";
}

/** One tool as the model sees it; `parameters` is a JSON Schema. */
export interface ToolHeader {
  readonly name: string;
  readonly description: string;
  readonly parameters: unknown;
}

/** The frozen start of every request of a session; its bytes never change between two pins. */
export interface Header {
  readonly system: string;
  readonly tools: readonly ToolHeader[];
  readonly hash: string;
}

/** Why a header was pinned: the one list of declared causes of a cold prefix. */
export type PinReason = "first" | "model" | "effort" | "clear" | "fork" | "compaction" | "edit" | "upgrade";

/** Whether thinking goes back to the model: in every answer (empty where there was none), where it was given, or never. */
export type ReasoningPolicy = "always" | "given" | "never";
