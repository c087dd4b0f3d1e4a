/** Notifications of the browser, for a page that the user does not look at. */

import type { Ticket } from "@/lib/api/types";

/** Asks for the permission, once; browsers want a click of the user's before. */
export async function askToNotify(): Promise<void> {
  if ("Notification" in window && Notification.permission === "default")
    await Notification.requestPermission();
}

/** Shows that the ticket is available, where that is permitted. */
export function notifyOfTicket({ id, title }: Ticket): void {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  try {
    const notification = new Notification("Available again", { body: title, tag: id });
    notification.onclick = () => {
      window.focus();
      notification.close();
    };
  } catch {
    // Chrome for Android has notifications of service workers only.
  }
}
