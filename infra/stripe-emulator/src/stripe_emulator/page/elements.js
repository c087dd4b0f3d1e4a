/* Elements: the group that a page makes, and its one element, the PaymentElement. */

class IntegrationError extends Error {
  name = "IntegrationError";
}

class PaymentElement {
  constructor(appearance) {
    this.handlers = {};
    this.isReady = false;
    this.form = new CardForm(appearance, () => this.changed());
  }

  mount(place) {
    const found = typeof place === "string" ? document.querySelector(place) : place;
    if (!found) throw new IntegrationError("There is nothing on the page to mount the PaymentElement in.");
    found.replaceChildren(this.form.host);
    setTimeout(() => {
      this.isReady = true;
      this.emit("ready", { elementType: "payment" });
    });
    return this;
  }

  on(event, handler) {
    (this.handlers[event] ??= []).push(handler);
    if (event === "ready" && this.isReady) setTimeout(() => handler({ elementType: "payment" }));
    return this;
  }

  once(event, handler) {
    const wrapped = (detail) => {
      this.off(event, wrapped);
      handler(detail);
    };
    return this.on(event, wrapped);
  }

  off(event, handler) {
    this.handlers[event] = (this.handlers[event] ?? []).filter((known) => handler && known !== handler);
    return this;
  }

  emit(event, detail) {
    for (const handler of [...(this.handlers[event] ?? [])]) handler(detail);
  }

  changed() {
    const { isEmpty, isComplete } = this.form;
    this.emit("change", {
      elementType: "payment",
      empty: isEmpty,
      complete: isComplete,
      collapsed: false,
      value: { type: "card" },
    });
  }

  update() {}

  focus() {
    this.form.fields.number.input.focus();
  }

  blur() {
    this.form.host.shadowRoot.activeElement?.blur();
  }

  clear() {
    for (const { input } of Object.values(this.form.fields)) input.value = "";
    this.changed();
  }

  collapse() {}

  unmount() {
    this.form.host.remove();
  }

  destroy() {
    this.unmount();
    this.handlers = {};
  }
}

class Elements {
  constructor(options = {}) {
    this.options = options;
    this.payment = null;
    this.isSubmitted = false;
  }

  create(type) {
    if (type !== "payment")
      throw new IntegrationError(`The emulator has the element "payment" only, not "${type}".`);
    this.payment = new PaymentElement(this.options.appearance);
    return this.payment;
  }

  getElement(type) {
    return type === "payment" || type?.name === "PaymentElement" ? this.payment : null;
  }

  update(options) {
    this.options = { ...this.options, ...options };
    if (this.payment) dressed(this.payment.form.host, this.options.appearance);
  }

  async fetchUpdates() {
    return {};
  }

  /** Checks what was typed in; no token can be made before. */
  async submit() {
    const message = this.mounted().form.check();
    this.isSubmitted = message === null;
    return message === null
      ? { selectedPaymentMethod: "card" }
      : { error: { type: "validation_error", message } };
  }

  mounted() {
    if (!this.payment) throw new IntegrationError("There is no PaymentElement: create and mount one first.");
    return this.payment;
  }
}
