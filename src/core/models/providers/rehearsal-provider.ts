import type { Provider } from "../provider.ts";

/** Rehearsal: embedded, offline, deterministic rules over the real tools; never passed off as a model. */
export const rehearsalProvider: Provider = {
  id: "rehearsal",
  label: "Rehearsal",
  needsKey: false,
  defaultModel: "rehearsal",
  defaultBaseUrl: "",
  reasoning: "never",
  timeouts: { connectMs: 60_000, firstTokenMs: 60_000, silenceMs: 60_000 },
  isWire: false,
  async open() {
    const { createRehearsalModel } = await import("./rehearsal.ts");
    return { model: createRehearsalModel() };
  },
};
