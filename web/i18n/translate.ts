import { en } from './en.ts';
import { zh, type TextKey } from './zh.ts';

export type { TextKey };
export type Lang = 'zh' | 'en';

const TEXTS: Record<Lang, Record<TextKey, string>> = { zh, en };

/** The text of a key, `{name}` replaced by values.name; a missing value leaves the braces, so that it is seen. */
export function translate(lang: Lang, key: TextKey, values: Record<string, string | number> = {}): string {
  return TEXTS[lang][key].replace(/\{(\w+)\}/g, (braces, name: string) => String(values[name] ?? braces));
}
