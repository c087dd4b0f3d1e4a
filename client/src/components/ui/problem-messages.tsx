import { Notice } from "@/components/ui/notice";
import type { Problem } from "@/lib/api/response";

/** What is wrong with the form as a whole; what is wrong with a field is shown beside it. */
export function ProblemMessages({ problem }: { problem: Problem | null }) {
  return problem?.messages.map((message) => (
    <Notice key={message} tone="bad">
      {message}
    </Notice>
  ));
}
