/** From a choice of model to what is needed to ask it: provider, address, key. */
import type { ModelChoice } from "#protocol/header.ts";
import type { KeyState, ModelInfo } from "#protocol/workspace.ts";
import { BooError } from "../errors.ts";
import type { Secrets, Settings } from "../ports.ts";
import type { Redactor } from "../session/redact.ts";
import { catalog } from "./catalog.ts";
import type { Provider } from "./provider.ts";
import { providers } from "./providers/index.ts";
import { rehearsalProvider } from "./providers/rehearsal-provider.ts";

/** Variables of the environment that hold keys. */
export const keyVariables: readonly string[] = providers.flatMap(({ keyVariable }) => keyVariable ?? []);

/** A way to a model. */
export interface Route {
  readonly provider: Provider;
  /** What really answers; Rehearsal where it stands in. */
  readonly choice: ModelChoice;
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly keyState: KeyState;
  /** Where the key came from, in words. */
  readonly keySource: string;
  /** "deepseek-flash", "Rehearsal". */
  readonly label: string;
  /** A sentence, where Rehearsal stands in for the choice. */
  readonly standInNotice?: string;
}

/** What the router needs. */
export interface RouterPorts {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly redactor: Redactor;
}

/** Finds the way to a model. */
export class Router {
  readonly #ports: RouterPorts;

  constructor(ports: RouterPorts) {
    this.#ports = ports;
    // Keys that are not in use now are as secret as the one that is.
    for (const { keyVariable } of providers) {
      const key = keyVariable === undefined ? undefined : ports.secrets.environment(keyVariable)?.trim();
      if (key !== undefined) ports.redactor.hold(key);
    }
  }

  /** The user's choice for new sessions. */
  defaultChoice(): ModelChoice {
    const { settings } = this.#ports;
    const provider = findProvider(settings.provider());
    return {
      provider: provider.id,
      model: settings.model() || provider.defaultModel,
      effort: settings.effort(),
    };
  }

  /** The way to a choice. Without a key that is needed, or an address, Rehearsal stands in and says so. */
  async route(choice: ModelChoice): Promise<Route> {
    const provider = findProvider(choice.provider);
    if (!provider.isWire) return rehearsalRoute(choice);
    const baseUrl = this.baseUrl(provider);
    if (baseUrl === "") {
      return rehearsalRoute(
        choice,
        `Rehearsal answers, not a model: boocode.baseUrl is empty. Set it to the address of an ${provider.label} server.`,
      );
    }
    const { apiKey, keySource } = await this.#key(provider, baseUrl);
    if (apiKey === undefined && provider.needsKey) {
      return rehearsalRoute(
        choice,
        `Rehearsal answers, not a model: there is no API key for ${provider.label}.`,
        "missing",
      );
    }
    return {
      provider,
      choice,
      baseUrl,
      apiKey,
      keyState: apiKey === undefined ? "not-needed" : "set",
      keySource,
      label: choice.model,
    };
  }

  /** The address of a provider: the setting where it is the one in the settings, else its own; without a slash at its end. */
  baseUrl(provider: Provider): string {
    const { settings } = this.#ports;
    const set = settings.provider() === provider.id ? settings.baseUrl().trim() : "";
    return (set || provider.defaultBaseUrl).replace(/\/+$/, "");
  }

  /** The name of a key in the secret storage, bound to provider and origin, so that no other server is ever given it. */
  keyName(provider: Provider): string {
    const baseUrl = this.baseUrl(provider);
    if (!URL.canParse(baseUrl)) {
      throw new BooError(
        "no-address",
        "Set boocode.baseUrl to a full address first, for example http://localhost:8080/v1.",
      );
    }
    return `boocode.apiKey:${provider.id}:${new URL(baseUrl).origin}`;
  }

  /** What the picker offers: the catalog, the model in the settings, and Rehearsal. */
  choices(): readonly ModelInfo[] {
    const { settings } = this.#ports;
    const effort = settings.effort();
    const named = settings.model();
    const configured = findProvider(settings.provider());
    const known = catalog.map(({ provider, model, detail }) => ({
      choice: { provider, model, effort },
      label: model,
      detail,
    }));
    const isKnown = known.some(
      (entry) => entry.choice.provider === configured.id && entry.choice.model === named,
    );
    const own =
      named === "" || isKnown || !configured.isWire
        ? []
        : [{ choice: this.defaultChoice(), label: named, detail: configured.label }];
    const rehearsal = {
      choice: { provider: rehearsalProvider.id, model: rehearsalProvider.defaultModel, effort },
      label: "Rehearsal",
      detail: "No model: simple rules, offline, free",
    };
    return [...own, ...known, rehearsal];
  }

  async #key(
    provider: Provider,
    baseUrl: string,
  ): Promise<{ readonly apiKey: string | undefined; readonly keySource: string }> {
    const none = { apiKey: undefined, keySource: "no key" };
    if (!URL.canParse(baseUrl)) return none;
    const { secrets, redactor } = this.#ports;
    const variable = provider.keyVariable;
    const stored = (await secrets.get(this.keyName(provider)))?.trim();
    const found = variable === undefined ? undefined : secrets.environment(variable)?.trim();
    const apiKey = stored || found;
    if (apiKey === undefined || apiKey === "") return none;
    redactor.hold(apiKey);
    return { apiKey, keySource: stored ? "saved in the editor" : `environment (${variable})` };
  }
}

/** The provider of an id; Rehearsal for an unknown one. */
export function findProvider(id: string): Provider {
  return providers.find((entry) => entry.id === id) ?? rehearsalProvider;
}

function rehearsalRoute(
  choice: ModelChoice,
  standInNotice?: string,
  keyState: KeyState = "not-needed",
): Route {
  return {
    provider: rehearsalProvider,
    choice: { provider: rehearsalProvider.id, model: rehearsalProvider.defaultModel, effort: choice.effort },
    baseUrl: "",
    apiKey: undefined,
    keyState,
    keySource: "no key",
    label: rehearsalProvider.label,
    ...(standInNotice !== undefined && { standInNotice }),
  };
}
