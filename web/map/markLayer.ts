import type { LayerProps } from '@deck.gl/core';
import { ScatterplotLayer, type ScatterplotLayerProps } from '@deck.gl/layers';

/** [share overdue, share overdue or nearly due, share of all that is open, shape 0 ring 1 disc 2 triangle 3 diamond 4 hollow] */
export type MarkShape = [red: number, yellow: number, green: number, shape: number];

interface MarkProps<D> {
  getMark: (d: D) => MarkShape;
}

/**
 * Marks of cases: a cluster is a dark disc in a ring whose arcs are the lights' shares (overdue first, clockwise from the
 * top); a single case is the shape of its light.
 */
export class MarkLayer<D> extends ScatterplotLayer<D, MarkProps<D>> {
  static override layerName = 'MarkLayer';
  static override defaultProps = { getMark: { type: 'accessor', value: [0, 0, 0, 0] } } as never;

  override getShaders(): object {
    const own = super.getShaders() as object;
    return {
      ...own,
      inject: {
        'vs:#decl': 'in vec4 instanceMarks; out vec4 vMark;',
        'vs:#main-end': 'vMark = instanceMarks;',
        'fs:#decl': /* glsl */ `
          in vec4 vMark;
          const vec3 RED = vec3(0.941, 0.322, 0.290);
          const vec3 YELLOW = vec3(0.902, 0.722, 0.298);
          const vec3 GREEN = vec3(0.357, 0.725, 0.604);
          const vec3 CLOSED = vec3(0.33, 0.39, 0.47);
          const vec3 DISC = vec3(0.031, 0.051, 0.082);
        `,
        'fs:DECKGL_FILTER_COLOR': /* glsl */ `
          vec2 p = geometry.uv;
          float r = length(p);
          float soft = fwidth(r);
          if (vMark.w < 0.5) {
            float turn = atan(p.x, p.y) / 6.2831853;
            turn = turn < 0.0 ? turn + 1.0 : turn;
            vec3 arc = turn < vMark.x ? RED : turn < vMark.y ? YELLOW : turn < vMark.z ? GREEN : CLOSED;
            float ring = smoothstep(0.78 - soft, 0.78 + soft, r);
            color.rgb = mix(DISC, arc, ring);
            color.a *= mix(0.9, 1.0, ring);
          } else {
            // Signed distance of the shape's edge, and of a dark edge around it that keeps it apart from the map.
            float d = vMark.w < 1.5 ? r - 0.72
              : vMark.w < 2.5 ? max(abs(p.x) * 0.866 + p.y * 0.5, -p.y) - 0.46
              : vMark.w < 3.5 ? (abs(p.x) + abs(p.y)) - 0.86
              : abs(r - 0.56) - 0.16;
            vec3 own = vMark.w < 1.5 ? GREEN : vMark.w < 2.5 ? YELLOW : vMark.w < 3.5 ? RED : CLOSED * 1.5;
            float inside = 1.0 - smoothstep(-soft, soft, d);
            float edge = 1.0 - smoothstep(0.12 - soft, 0.12 + soft, d);
            color.rgb = mix(DISC, own, inside);
            color.a *= edge;
          }
          if (color.a < 0.02) discard;
        `,
      },
    };
  }

  override initializeState(): void {
    super.initializeState();
    this.getAttributeManager()!.addInstanced({
      instanceMarks: { size: 4, type: 'float32', accessor: 'getMark', defaultValue: [0, 0, 0, 0] },
    });
  }
}

export type MarkLayerProps<D> = ScatterplotLayerProps<D> & MarkProps<D> & LayerProps;
