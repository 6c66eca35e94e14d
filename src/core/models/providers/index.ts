/** The list of providers. */
import type { Provider } from "../provider.ts";
import { deepseek } from "./deepseek.ts";
import { openaiCompatible } from "./openai-compatible.ts";
import { rehearsalProvider } from "./rehearsal-provider.ts";

/** All providers, in the order in which the picker shows them. */
export const providers: readonly Provider[] = [deepseek, openaiCompatible, rehearsalProvider];
