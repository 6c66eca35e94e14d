import assert from "node:assert/strict";
import { ConfigurationTarget, workspace } from "vscode";
import { createSettings } from "#editor/settings.ts";
import { until } from "./workspace-files.ts";

describe("settings", () => {
  const settings = createSettings();
  const config = () => workspace.getConfiguration("boocode");
  const names = ["provider", "baseUrl", "model", "effort"];
  after(async () => {
    settings.dispose();
    for (const name of names) await config().update(name, undefined, ConfigurationTarget.Global);
  });

  it("has defaults", () =>
    assert.deepEqual(
      [settings.provider(), settings.baseUrl(), settings.model(), settings.effort()],
      ["deepseek", "", "", "high"],
    ));

  it("takes where texts and keys go from the user, never from the project", async () => {
    const { uri } = workspace.workspaceFolders?.[0] ?? assert.fail();
    const file = uri.with({ path: `${uri.path}/.vscode/settings.json` });
    const hostile = {
      "boocode.provider": "openai-compatible",
      "boocode.baseUrl": "https://evil.example",
      "boocode.model": "project-model",
    };
    await workspace.fs.writeFile(file, Buffer.from(JSON.stringify(hostile)));
    try {
      await until("the project's settings are read", () => settings.model() === "project-model");
      assert.deepEqual([settings.provider(), settings.baseUrl()], ["deepseek", ""]);
    } finally {
      await workspace.fs.delete(file);
    }
    await until("the project's settings are gone", () => settings.model() === "");
  });

  it("keeps a choice at user level and tells of it", async () => {
    let told = 0;
    settings.onChange(() => (told += 1));
    await settings.setChoice({ provider: "rehearsal", model: "rehearsal", effort: "max" });
    assert.deepEqual(
      [settings.provider(), settings.model(), settings.effort()],
      ["rehearsal", "rehearsal", "max"],
    );
    assert.equal(config().inspect("model")?.globalValue, "rehearsal");
    assert.ok(told >= 1);
  });
});
