import { prefersReducedMotion } from 'svelte/motion';

/** Whether things may move: not for those who asked their system for calm, and not in screenshots (?motion=off). */
class Motion {
  wanted = $state(true);

  get on(): boolean {
    return this.wanted && !prefersReducedMotion.current;
  }
}

export const motion = new Motion();
