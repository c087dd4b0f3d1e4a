/* How card details are grouped while typing, and checked before they are sent. */

const AMEX = /^3[47]/;

function digitsOf(text) {
  return text.replace(/\D/g, "");
}

/** "4242 4242 4242 4242"; American Express 4-6-5. */
function groupNumber(digits) {
  const groups = AMEX.test(digits) ? /^(.{1,4})(.{1,6})?(.{1,5})?/ : /^(.{1,4})(.{1,4})?(.{1,4})?(.{1,7})?/;
  return (groups.exec(digits) ?? []).slice(1).filter(Boolean).join(" ");
}

/** "12 / 30"; a first digit above 1 can only be a month. */
function groupExpiry(digits) {
  const padded = /^[2-9]/.test(digits) ? `0${digits}` : digits;
  return padded.length > 2 ? `${padded.slice(0, 2)} / ${padded.slice(2, 4)}` : padded;
}

function numberError(digits) {
  if (digits.length < (AMEX.test(digits) ? 15 : 14)) return "Your card number is incomplete.";
  return passesLuhn(digits) ? null : "Your card number is invalid.";
}

function passesLuhn(digits) {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** `digits` are MMYY. */
function expiryError(digits, today = new Date()) {
  if (digits.length < 4) return "Your card's expiration date is incomplete.";
  const month = Number(digits.slice(0, 2));
  const year = 2000 + Number(digits.slice(2));
  if (month < 1 || month > 12) return "Your card's expiration date is invalid.";
  const isPast = year * 12 + month < today.getFullYear() * 12 + today.getMonth() + 1;
  return isPast ? "Your card's expiration date is in the past." : null;
}

function cvcError(digits, number) {
  return digits.length === (AMEX.test(number) ? 4 : 3) ? null : "Your card's security code is incomplete.";
}
