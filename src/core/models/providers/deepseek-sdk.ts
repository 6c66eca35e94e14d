export { createDeepSeek } from "@ai-sdk/deepseek";
