/** Formatters of Intl, each made once: to make one takes a hundred times as long as to use it. */

const made = new Map<string, unknown>();

function kept<F>(kind: string, locale: string, options: object, make: () => F): F {
  const key = `${kind} ${locale} ${JSON.stringify(options)}`;
  const known = made.get(key) as F | undefined;
  if (known !== undefined) return known;
  const format = make();
  made.set(key, format);
  return format;
}

export function dates(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return kept("date", locale, options, () => new Intl.DateTimeFormat(locale, options));
}

export function numbers(locale: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  return kept("number", locale, options, () => new Intl.NumberFormat(locale, options));
}

export function relativeTimes(locale: string, options: Intl.RelativeTimeFormatOptions): Intl.RelativeTimeFormat {
  return kept("relative", locale, options, () => new Intl.RelativeTimeFormat(locale, options));
}

export function plurals(locale: string): Intl.PluralRules {
  return kept("plural", locale, {}, () => new Intl.PluralRules(locale));
}
