/** The limits of an agent's work. */
export interface Limits {
  /** Model calls in one turn before the user is asked whether to go on. */
  readonly steps: number;
  /** Attempts at one model call. */
  readonly attempts: number;
  /** The first wait between attempts, milliseconds; doubles each time. */
  readonly backOffMs: number;
  /** The longest wait between attempts. */
  readonly longestBackOffMs: number;
  /** How long a tool may take to come back by itself after Stop. */
  readonly stopGraceMs: number;
  /** Messages that may wait in the queue. */
  readonly queued: number;
  /** Times in a row that a cut turn goes on by itself. */
  readonly autoResumes: number;
}

/** The limits in use. */
export const defaultLimits: Limits = {
  steps: 200,
  attempts: 5,
  backOffMs: 500,
  longestBackOffMs: 16_000,
  stopGraceMs: 50,
  queued: 20,
  autoResumes: 3,
};
