/** The `Secrets` port over the editor's secret storage and the environment. */
import type { SecretStorage } from "vscode";
import type { Secrets } from "#core/ports.ts";

/** Makes the port. */
export function createSecrets(storage: SecretStorage): Secrets {
  return {
    get: async (name) => storage.get(name),
    set: async (name, value) => (value === undefined ? storage.delete(name) : storage.store(name, value)),
    environment: (name) => process.env[name],
  };
}
