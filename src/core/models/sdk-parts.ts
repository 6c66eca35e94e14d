export { jsonSchema, streamText, tool } from "ai";
