/** The newest change over each tile of a layer: a quadtree in flat arrays. */
import { levelOfCode } from './codes.ts';

const FIRST_CAPACITY = 256;

/** Marks codes with a seq, and says for any tile the newest seq that touches it: of the marks above it and below it. */
export class VersionTree {
  /** Four children a node; 0: none (the root is nobody's child). */
  #children = new Int32Array(FIRST_CAPACITY * 4);
  /** Newest mark on the node itself: it holds for everything below. */
  #own = new Float64Array(FIRST_CAPACITY);
  /** Newest mark on the node or anywhere below it. */
  #below = new Float64Array(FIRST_CAPACITY);
  #size = 1;

  /** Nodes, the root among them: 32 bytes each. */
  get size(): number {
    return this.#size;
  }

  /** Something changed inside the tile of a locational code.
   * @throws TileError for a number that is no code. */
  mark(code: number, seq: number): void {
    const level = levelOfCode(code);
    let node = 0;
    let power = 4 ** level;
    let rest = code - power;
    this.#below[node] = Math.max(this.#below[node]!, seq);
    for (let i = 0; i < level; i++) {
      power /= 4;
      const quadrant = Math.floor(rest / power);
      rest -= quadrant * power;
      node = this.#child(node, quadrant);
      this.#below[node] = Math.max(this.#below[node]!, seq);
    }
    this.#own[node] = Math.max(this.#own[node]!, seq);
  }

  /** The newest seq that touches the tile of a code: 0 where nothing ever did. */
  newest(code: number): number {
    const level = levelOfCode(code);
    let node = 0;
    let power = 4 ** level;
    let rest = code - power;
    let above = this.#own[0]!;
    for (let i = 0; i < level; i++) {
      power /= 4;
      const quadrant = Math.floor(rest / power);
      rest -= quadrant * power;
      node = this.#children[node * 4 + quadrant]!;
      if (node === 0) return above;
      above = Math.max(above, this.#own[node]!);
    }
    return Math.max(above, this.#below[node]!);
  }

  #child(node: number, quadrant: number): number {
    const at = node * 4 + quadrant;
    const known = this.#children[at]!;
    if (known !== 0) return known;
    if (this.#size === this.#own.length) this.#grow();
    this.#children[at] = this.#size;
    return this.#size++;
  }

  #grow(): void {
    const grow = <T extends Int32Array | Float64Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    const capacity = this.#own.length * 2;
    this.#children = grow(this.#children, new Int32Array(capacity * 4));
    this.#own = grow(this.#own, new Float64Array(capacity));
    this.#below = grow(this.#below, new Float64Array(capacity));
  }
}
