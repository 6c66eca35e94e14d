/** Where the components of a page find its one app. */
export interface PageApp<App> {
  /** Says which app it is, before anything is drawn. */
  readonly provide: (app: App) => void;
  /** The app; throws where none was provided. */
  readonly use: () => App;
}

/**
 * Makes the place of a page's app. It stands for a context: to subscribe a component, Preact assigns a function to it
 * (`componentWillUnmount`), and V8 puts a function that is written where it is assigned to a property among the old
 * objects at once, where each keeps the tree of its row alive until the whole heap is collected.
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
