import assert from "node:assert/strict";
import { agentWorld } from "../support/agent-world.ts";
import { files } from "../support/conversation.ts";
import { reply } from "../support/model-server/reply.ts";
import { attributes, OtlpCollector } from "../support/otlp-collector.ts";

describe("live traces of a session", () => {
  const check = (name: string, hasBodies: boolean, expected: readonly string[]) =>
    it(name, async () => {
      await using collector = await OtlpCollector.start();
      await using world = await agentWorld(
        [reply.toolCall("read_file", { path: "package.json" }), reply.thinking("Hm.").text("It is a demo.")],
        { files, settings: { traceEndpoint: collector.endpoint, traceExportsBodies: hasBodies } },
      );
      await world.say("What is this?");
      await world.core.close();
      const told = collector.spans.map(attributes);
      const bodies = told.flatMap((fields) =>
        Object.entries(fields)
          .filter(([key]) => /messages$|tool\.call\.(arguments|result)$/.test(key))
          .map(([key, value]) => `${fields["boocode.kind"]} ${key} ${value}`),
      );
      assert.deepEqual(bodies.toSorted(), expected.toSorted());
      assert.equal(told.length, 6);
    });

  check("hold nothing of what was said", false, []);
  check("hold what was said where the settings ask for it", true, [
    'turn gen_ai.input.messages [{"role":"user","parts":[{"type":"text","content":"What is this?"}]}]',
    'tool gen_ai.tool.call.arguments {"path":"package.json"}',
    'tool gen_ai.tool.call.result {"name":"demo"}',
    `model gen_ai.output.messages ${JSON.stringify([
      {
        role: "assistant",
        parts: [{ type: "text", content: 'read_file {"path":"package.json"}' }],
        finish_reason: "stop",
      },
    ])}`,
    `model gen_ai.output.messages ${JSON.stringify([
      {
        role: "assistant",
        parts: [
          { type: "reasoning", content: "Hm." },
          { type: "text", content: "It is a demo." },
        ],
        finish_reason: "stop",
      },
    ])}`,
  ]);
});
