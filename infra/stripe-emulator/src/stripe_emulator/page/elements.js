/* Elements: the group that a page creates, and its one element, the PaymentElement. */

class IntegrationError extends Error {
  name = "IntegrationError";
}

class PaymentElement {
  constructor(appearance) {
    this.handlers = {};
    this.isReady = false;
    this.form = new CardForm(appearance, () => this.emitChange());
  }

  mount(target) {
    const parent = typeof target === "string" ? document.querySelector(target) : target;
    if (!parent) throw new IntegrationError("The element to mount the PaymentElement in does not exist.");
    parent.replaceChildren(this.form.host);
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

  off(event, handler) {
    this.handlers[event] = (this.handlers[event] ?? []).filter((known) => handler && known !== handler);
    return this;
  }

  emit(event, detail) {
    for (const handler of [...(this.handlers[event] ?? [])]) handler(detail);
  }

  emitChange() {
    this.emit("change", {
      elementType: "payment",
      empty: this.form.isEmpty,
      complete: this.form.isComplete,
      collapsed: false,
      value: { type: "card" },
    });
  }

  update() {}

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
      throw new IntegrationError(`The emulator has no element "${type}", only "payment".`);
    this.payment = new PaymentElement(this.options.appearance);
    return this.payment;
  }

  update(options) {
    this.options = { ...this.options, ...options };
    if (this.payment) applyAppearance(this.payment.form.host, this.options.appearance);
  }

  /** Validates the card details; required before a token can be created. */
  async submit() {
    const message = this.requirePayment().form.validateAll();
    this.isSubmitted = message === null;
    return this.isSubmitted
      ? { selectedPaymentMethod: "card" }
      : { error: { type: "validation_error", message } };
  }

  requirePayment() {
    if (!this.payment) throw new IntegrationError("Create and mount a PaymentElement first.");
    return this.payment;
  }
}
