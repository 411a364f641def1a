/** What a catalogue of messages looks like. */

/** The forms of a message that depend on a number, by Intl.PluralRules. `n` is the number's place. */
export type Plural = { one: string; other: string };

/** The same areas and keys in any language. */
export type Messages<T> = { [A in keyof T]: { [K in keyof T[A]]: string | Plural } };
