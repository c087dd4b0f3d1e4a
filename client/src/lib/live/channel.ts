import { pollWhileVisible } from "../poll";

export type Subscriber<E> = {
  /** A change, soon after it happened; some arrive twice. Not called while there is no stream. */
  onEvent: (event: E) => unknown;
  /**
   * Reads again what the page shows. Called at once, whenever events may have been missed, every `pollMs` while there is
   * no stream, and now and then while there is one, which may be dead.
   */
  refresh: () => Promise<unknown>;
  pollMs: number;
  /** Keep the stream also while the page is hidden: the user wants to be told. */
  whileHidden?: boolean;
};

// A page that gets no stream within this time polls.
const PATIENCE_MS = 1_000;
const FIRST_RETRY_MS = 5_000;
const LAST_RETRY_MS = 60_000;
// The next page often follows the same channel.
const LINGER_MS = 1_000;
const LIVE_FACTOR = 10;

/**
 * One stream of server-sent events, open while somebody subscribes, and the page is visible or somebody wants it while it
 * is hidden. Without it the subscribers poll.
 */
export class Channel<E> {
  private readonly polls = new Map<Subscriber<E>, () => void>();
  private source: EventSource | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private state: "idle" | "connecting" | "live" | "polling" = "idle";
  private failures = 0;

  /** `read` makes an event of a message of one of these names; null for one to ignore. */
  constructor(
    private readonly path: string,
    private readonly names: readonly string[],
    private readonly read: (name: string, data: unknown) => E | null,
  ) {}

  add(subscriber: Subscriber<E>): () => void {
    if (this.polls.size === 0) this.start();
    this.polls.set(subscriber, () => {});
    if (this.state === "live" || this.state === "polling") this.poll(subscriber, 0);
    return () => this.remove(subscriber);
  }

  private remove(subscriber: Subscriber<E>): void {
    this.polls.get(subscriber)?.();
    this.polls.delete(subscriber);
    if (this.polls.size > 0) {
      if (this.isUnseen()) this.disconnect();
      return;
    }
    document.removeEventListener("visibilitychange", this.onVisibilityChange);
    window.removeEventListener("offline", this.onOffline);
    window.removeEventListener("online", this.onOnline);
    if (this.state === "live") this.wait(LINGER_MS, () => this.disconnect());
    else this.disconnect();
  }

  private start(): void {
    document.addEventListener("visibilitychange", this.onVisibilityChange);
    window.addEventListener("offline", this.onOffline);
    window.addEventListener("online", this.onOnline);
    clearTimeout(this.timer);
    if (!this.source) this.connect();
  }

  private readonly onVisibilityChange = () => {
    if (this.isUnseen()) this.disconnect();
    else if (!this.source) this.connect();
  };

  /** The browser knows it before the connection breaks. */
  private readonly onOffline = () => {
    if (document.hidden) return;
    this.disconnect();
    this.pollAll("polling", () => 0);
  };

  private readonly onOnline = () => {
    if (!this.source) this.connect();
  };

  private isUnseen(): boolean {
    return document.hidden && ![...this.polls.keys()].some(({ whileHidden }) => whileHidden);
  }

  private connect(): void {
    if (this.isUnseen()) return;
    const source = new EventSource(this.path);
    let wasOpen = false;
    source.onopen = () => {
      clearTimeout(this.timer);
      this.failures = 0;
      // Opened again by the browser, it goes on where it was.
      this.pollAll("live", (subscriber) => (wasOpen ? subscriber.pollMs * LIVE_FACTOR : 0));
      wasOpen = true;
    };
    source.onerror = () => this.onError(source);
    source.addEventListener("reset", () => this.pollAll("live", () => 0));
    for (const name of this.names) source.addEventListener(name, (message) => this.dispatch(name, message));
    this.source = source;
    if (this.state === "idle") this.state = "connecting";
    this.wait(PATIENCE_MS, () => this.state === "connecting" && this.pollAll("polling", () => 0));
  }

  /** The browser connects again by itself after a lost connection, but not after a refusal. */
  private onError(source: EventSource): void {
    if (this.state !== "polling") {
      const wasLive = this.state === "live";
      this.pollAll("polling", (subscriber) => (wasLive ? subscriber.pollMs : 0));
    }
    if (source.readyState !== EventSource.CLOSED) return;
    this.source = null;
    const delay = Math.min(FIRST_RETRY_MS * 2 ** this.failures, LAST_RETRY_MS);
    this.failures += 1;
    this.wait(delay * (0.5 + Math.random()), () => this.connect());
  }

  private disconnect(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
    this.state = "idle";
    for (const stop of this.polls.values()) stop();
  }

  private dispatch(name: string, message: MessageEvent<string>): void {
    const event = this.read(name, JSON.parse(message.data));
    if (event !== null) for (const subscriber of this.polls.keys()) subscriber.onEvent(event);
  }

  private pollAll(state: "live" | "polling", firstDelayMs: (subscriber: Subscriber<E>) => number): void {
    this.state = state;
    for (const subscriber of this.polls.keys()) this.poll(subscriber, firstDelayMs(subscriber));
  }

  private poll(subscriber: Subscriber<E>, firstDelayMs: number): void {
    this.polls.get(subscriber)?.();
    const stop = pollWhileVisible(async () => {
      await subscriber.refresh();
      return subscriber.pollMs * (this.state === "live" ? LIVE_FACTOR : 1);
    }, firstDelayMs);
    this.polls.set(subscriber, stop);
  }

  private wait(delayMs: number, then: () => unknown): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(then, delayMs);
  }
}
