import assert from "node:assert/strict";
import { Transcript } from "#core/session/transcript.ts";
import type { SessionEvent } from "#protocol/session.ts";
import type { ModelChoice, PinReason, ReasoningPolicy } from "#protocol/header.ts";

const choice: ModelChoice = { provider: "p", model: "m", effort: "low" };
const said = 'größer 大 🜁 "quoted" \\ \n'.repeat(500);

const pin = (reason: PinReason, reasoning: ReasoningPolicy): SessionEvent => ({
  type: "header-pin",
  ...{ at: 0, reason, choice, reasoning, header: { system: `System ${reason}`, tools: [], hash: "" } },
});
const turn = (id: string): readonly SessionEvent[] => [
  { type: "turn-start", at: 0, turn: id, number: 1, message: { id, text: { text: said } } },
  {
    type: "step-end",
    ...{ at: 0, turn: id, step: "s", reasoning: "Hm.", text: "Well.", finish: "stop", usage: {} },
    calls: [{ id: `c${id}`, callId: `c${id}`, name: "read_file", arguments: `{"path":"${id}"}` }],
  },
  { type: "tool-end", at: 0, turn: id, call: `c${id}`, outcome: "ok", output: { text: said } },
];

describe("a transcript that is loaded has the bytes of one that grew", () => {
  const check = (name: string, events: readonly SessionEvent[]) =>
    it(name, () => {
      const make = () => new Transcript((body) => ("text" in body ? body.text : body.preview));
      const [grown, loaded] = [make(), make()];
      for (const event of events) grown.apply(event);
      loaded.hold();
      for (const event of events) loaded.apply(event);
      for (const _ of loaded.write());
      const whole = (one: Transcript) => [new TextDecoder().decode(one.bytes()), one.parts(), one.messages()];
      assert.deepEqual(whole(loaded), whole(grown));
      for (const event of turn("later")) for (const one of [grown, loaded]) one.apply(event);
      assert.deepEqual(whole(loaded), whole(grown));
    });

  check("with nothing in it", []);
  check("without a pin", turn("1"));
  check("with one pin", [pin("first", "always"), ...turn("1"), ...turn("2")]);
  check("with pins between its turns", [
    pin("first", "never"),
    ...turn("1"),
    pin("model", "always"),
    ...turn("2"),
    pin("edit", "given"),
    ...turn("3"),
  ]);
});
