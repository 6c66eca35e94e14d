/** Runs one case and counts it; a case that throws is printed and counted as failed, and the run goes on. */
export type Check = (name: string, body: () => Promise<void> | void) => Promise<void>;

/** A long test; the same seed gives the same cases. */
export type Stress = {
  readonly name: string;
  /** Set where it looks at the packaged extension, which is then built before. */
  readonly usesPackage?: true;
  readonly run: (seed: number, check: Check) => Promise<void>;
};
