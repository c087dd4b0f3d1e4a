/** What the tests of the channel have in place of the browser. */

export class FakeSource extends EventTarget {
  static readonly CLOSED = 2;
  static opened: FakeSource[] = [];
  readyState = 0;
  onopen = () => {};
  onerror = () => {};

  constructor(readonly path: string) {
    super();
    FakeSource.opened.push(this);
  }

  open() {
    this.readyState = 1;
    this.onopen();
  }

  fail(readyState: number) {
    this.readyState = readyState;
    this.onerror();
  }

  send(name: string, data: unknown) {
    this.dispatchEvent(Object.assign(new Event(name), { data: JSON.stringify(data) }));
  }

  close() {
    this.readyState = FakeSource.CLOSED;
  }
}

export class FakeDocument extends EventTarget {
  hidden = false;

  setHidden(hidden: boolean) {
    this.hidden = hidden;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}
