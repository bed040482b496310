import type { Light } from '../../server/api/shapes.ts';

/** Rings that spread where something just happened. Elements of their own, moved by the compositor: an event costs the map
 * not a single frame. At most a dozen at a time. */
export class Pulses {
  readonly #el: HTMLElement;
  readonly #project: (lng: number, lat: number) => readonly [number, number];
  #live: { el: HTMLElement; lng: number; lat: number }[] = [];

  constructor(parent: HTMLElement, project: (lng: number, lat: number) => readonly [number, number]) {
    this.#project = project;
    this.#el = document.createElement('div');
    this.#el.className = 'pulses';
    parent.append(this.#el);
  }

  add(lng: number, lat: number, light: Light | null): void {
    const el = document.createElement('i');
    el.dataset['light'] = light ?? 'none';
    const pulse = { el, lng, lat };
    this.#place(pulse);
    this.#el.append(el);
    this.#live.push(pulse);
    setTimeout(() => this.#remove(pulse), 3_200);
    if (this.#live.length > 12) this.#remove(this.#live[0]!);
  }

  /** The camera moved. */
  move(): void {
    for (const pulse of this.#live) this.#place(pulse);
  }

  #place({ el, lng, lat }: { el: HTMLElement; lng: number; lat: number }): void {
    const [x, y] = this.#project(lng, lat);
    el.style.transform = `translate(${x}px, ${y}px)`;
  }

  #remove(pulse: { el: HTMLElement }): void {
    pulse.el.remove();
    this.#live = this.#live.filter((p) => p !== pulse);
  }
}
