import type { Session } from "./fetch-session";

/** What every page shows of the user that it is rendered for. */
export type ViewerState = {
  session: Session;
  /** "" without a choice. */
  theme: string;
};

/** Carries a ViewerState as JSON when the server renders a page for many users at once. */
export const VIEWER_STATE_HEADER = "x-viewer-state";
