import type { Provider } from "../provider.ts";

/** DeepSeek's own API, thinking on. */
export const deepseek: Provider = {
  id: "deepseek",
  label: "DeepSeek",
  keyVariable: "DEEPSEEK_API_KEY",
  needsKey: true,
  defaultModel: "deepseek-flash",
  defaultBaseUrl: "https://api.deepseek.com",
  // Answers with tool calls must carry their thinking, else 400; an empty one is accepted.
  reasoning: "always",
  timeouts: { connectMs: 30_000, firstTokenMs: 600_000, silenceMs: 60_000 },
  isWire: true,
  async open({ choice, baseUrl, apiKey, fetch }) {
    const { createDeepSeek } = await import("./deepseek-sdk.ts");
    const provider = createDeepSeek({ baseURL: baseUrl, apiKey: apiKey ?? "", fetch });
    // The user id partitions the provider's cache, so it is the same everywhere.
    const options = { userId: "boocode", reasoningEffort: choice.effort };
    return { model: provider(choice.model), providerOptions: { deepseek: options } };
  },
};
