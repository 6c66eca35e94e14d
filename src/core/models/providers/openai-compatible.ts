import type { Provider } from "../provider.ts";

/** Any server that speaks OpenAI's chat completions, with or without a key. */
export const openaiCompatible: Provider = {
  id: "openai-compatible",
  label: "OpenAI-compatible",
  keyVariable: "BOOCODE_API_KEY",
  needsKey: false,
  defaultModel: "default",
  defaultBaseUrl: "",
  reasoning: "given",
  // Local servers send no header before the whole prompt is read, which takes minutes on a laptop.
  timeouts: { connectMs: 300_000, firstTokenMs: 600_000, silenceMs: 120_000 },
  isWire: true,
  async open({ choice, baseUrl, apiKey, fetch }) {
    const { createOpenAICompatible } = await import("./openai-compatible-sdk.ts");
    const provider = createOpenAICompatible({
      name: "compatible",
      baseURL: baseUrl,
      includeUsage: true,
      fetch,
      ...(apiKey !== undefined && { apiKey }),
    });
    return { model: provider(choice.model) };
  },
};
