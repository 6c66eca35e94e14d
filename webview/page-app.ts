/** Where the components of a page find its one app. */
export interface PageApp<App> {
  /** Says which app it is, before anything is drawn. */
  readonly provide: (app: App) => void;
  /** The app; throws where none was provided. */
  readonly use: () => App;
}

/**
 * Makes the place of a page's app. It stands for a context as `useOwnState` stands for `useState`, and for the same
 * reason: to subscribe a component, Preact assigns a function to it (`componentWillUnmount`).
 */
export function pageApp<App>(): PageApp<App> {
  let current: App | undefined;
  return {
    provide: (app) => {
      current = app;
    },
    use: () => {
      if (current === undefined) throw new Error("No app was provided to this page.");
      return current;
    },
  };
}
