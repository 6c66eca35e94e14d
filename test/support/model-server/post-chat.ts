/** A message, or a part of a request, as it stands on the wire. */
export type Wire = Record<string, unknown>;

/** A user's message. */
export const user = (content: string): Wire => ({ role: "user", content });

/** An assistant's message that calls read_file as `c1`, with these exact arguments. */
export function calling(written = '{"path": "a"}', extra: Wire = { reasoning_content: "" }): Wire {
  const call = { id: "c1", type: "function", function: { name: "read_file", arguments: written } };
  return { role: "assistant", content: "", tool_calls: [call], ...extra };
}

/** A tool's result. */
export const result = (content: string, id = "c1"): Wire => ({ role: "tool", tool_call_id: id, content });

/** Asks a model server without any SDK between. */
export function postChat(
  server: { readonly url: string },
  messages: readonly Wire[],
  extra: Wire = {},
  path = "/chat/completions",
): Promise<Response> {
  return fetch(server.url + path, {
    method: "POST",
    headers: { authorization: "Bearer k1" },
    body: JSON.stringify({ model: "deepseek-flash", messages, ...extra }),
  });
}
