import { translate, type Lang, type TextKey } from './translate.ts';

/** The language of the page; every t() in a template follows it. */
class Locale {
  lang = $state<Lang>('zh');
  /** The other language, shown beside the first one. */
  beside = $derived<Lang>(this.lang === 'zh' ? 'en' : 'zh');

  name(thing: { nameZh: string; nameEn: string }): string {
    return this.lang === 'zh' ? thing.nameZh : thing.nameEn || thing.nameZh;
  }
}

export const locale = new Locale();
export type { TextKey };
export const t = (key: TextKey, values?: Record<string, string | number>): string =>
  translate(locale.lang, key, values);
export const tBeside = (key: TextKey): string => translate(locale.beside, key);
