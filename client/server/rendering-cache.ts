export type Rendered<T> = { value: T; isCacheable: boolean };

/** How long, from the start of its rendering, a page is served: as it is, then while the next one is rendered. */
export type Lifetime = { freshMs: number; staleMs: number };

/**
 * The latest rendering of a page, at most one being in progress however many requests wait for it.
 *
 * A rendering that is not cacheable, such as one that shows an error, is given to the requests that waited for it only.
 */
export class RenderingCache<T> {
  private latest: { value: T; startedAt: number } | null = null;
  private running: Promise<T> | null = null;
  private following: Promise<T> | null = null;

  constructor(
    private readonly render: () => Promise<Rendered<T>>,
    private readonly lifetime: Lifetime,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** A rendering within its lifetime, or the one in progress. */
  async get(): Promise<T> {
    const { freshMs, staleMs } = this.lifetime;
    const age = this.latest ? this.now() - this.latest.startedAt : Infinity;
    if (this.latest === null || age > freshMs + staleMs) return this.running ?? this.start();
    if (age > freshMs && this.running === null) this.start().catch(() => {}); // the next request sees the failure
    return this.latest.value;
  }

  /** A rendering that begins after this call. */
  getNew(): Promise<T> {
    if (this.running === null) return this.start();
    const again = () => this.running ?? this.start();
    return (this.following ??= this.running.then(again, again));
  }

  private start(): Promise<T> {
    this.following = null;
    const rendering = this.renderOnce().finally(() => {
      if (this.running === rendering) this.running = null;
    });
    this.running = rendering;
    return rendering;
  }

  private async renderOnce(): Promise<T> {
    const startedAt = this.now();
    const { value, isCacheable } = await this.render();
    if (isCacheable) this.latest = { value, startedAt };
    return value;
  }
}
