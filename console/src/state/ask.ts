/** Questions of yes or no, one at a time, in a dialog. */
import { signal } from "@preact/signals";

export type Question = {
  title: string;
  text?: string;
  /** What the two buttons say; in a question of danger `no` has the focus first. */
  yes: string;
  no: string;
  danger?: boolean;
};

export type Asked = { id: number; question: Question; answer: (yes: boolean) => void };

/** What is asked, the first one now. */
export const asked = signal<readonly Asked[]>([]);
let last = 0;

/** Asks, and returns the answer; closing the dialog is a no. */
export function confirm(question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    last += 1;
    const id = last;
    const answer = (yes: boolean) => {
      asked.value = asked.peek().filter((each) => each.id !== id);
      resolve(yes);
    };
    asked.value = [...asked.peek(), { id, question, answer }];
  });
}
