import type { Layer } from '@deck.gl/core';
import { BitmapLayer, ScatterplotLayer, TextLayer } from '@deck.gl/layers';
import type { Cluster } from './cluster.ts';
import { MarkLayer } from './markLayer.ts';
import { xToLng, yToLat, type TileIndex } from './mercator.ts';
import type { ShownPlace } from './places.ts';
import type { PlacedLabel } from './labels.ts';

const FONT = "'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif";
const INK: [number, number, number, number] = [238, 241, 245, 255];
const HALO: [number, number, number, number] = [7, 11, 18, 235];

/** Density cells as one picture a tile: the cost is that of the tiles, not of the cells. */
export const densityLayer = (id: string, { z, x, y }: TileIndex, image: ImageData): Layer =>
  new BitmapLayer({
    id,
    image,
    bounds: [xToLng(x / 2 ** z), yToLat((y + 1) / 2 ** z), xToLng((x + 1) / 2 ** z), yToLat(y / 2 ** z)],
    textureParameters: {
      minFilter: 'linear',
      magFilter: 'linear',
      addressModeU: 'clamp-to-edge',
      addressModeV: 'clamp-to-edge',
    },
  });

/** Single places, from where density has nothing finer to say. */
export const placesLayer = (places: ShownPlace[], unit: number): Layer =>
  new ScatterplotLayer<ShownPlace>({
    id: 'places',
    data: places,
    pickable: true,
    radiusUnits: 'pixels',
    getPosition: (p) => [p.lng, p.lat],
    getRadius: (p) => unit * (0.12 + 0.07 * Math.log10(p.total + 1)),
    getFillColor: [243, 223, 162, 150],
  });

/** Cases: rings with a number, and single ones by the shape of their light. */
export function caseLayers(clusters: readonly Cluster[], unit: number): Layer[] {
  const numbered = clusters.filter((c) => c.n > 1);
  return [
    new MarkLayer<Cluster>({
      id: 'cases',
      data: clusters as Cluster[],
      pickable: true,
      radiusUnits: 'pixels',
      getPosition: (c: Cluster) => [c.lng, c.lat],
      getRadius: (c: Cluster) => c.radius,
      getFillColor: [255, 255, 255, 255],
      getMark: (c: Cluster) =>
        c.single
          ? [
              0,
              0,
              0,
              c.single.light === 'red' ? 3 : c.single.light === 'yellow' ? 2 : c.single.light === 'green' ? 1 : 4,
            ]
          : [c.red / c.n, (c.red + c.yellow) / c.n, (c.red + c.yellow + c.green) / c.n, 0],
    } as never),
    new TextLayer<Cluster>({
      id: 'case-counts',
      data: numbered,
      characterSet: '0123456789.kM',
      fontFamily: FONT,
      fontWeight: 700,
      fontSettings: { fontSize: 48, buffer: 6 },
      getPosition: (c) => [c.lng, c.lat],
      getText: (c) => countText(c.n),
      getSize: (c) => Math.min(unit * 0.82, (c.radius * 2.05) / Math.max(2, countText(c.n).length)),
      getColor: INK,
      sizeUnits: 'pixels',
    }),
  ];
}

/** At most four characters; cut, not rounded. */
const countText = (n: number): string =>
  n < 10_000 ? String(n) : n < 1e6 ? `${Math.floor(n / 1000)}k` : `${Math.floor(n / 1e5) / 10}M`;

/** Names of divisions with their rate. */
export function labelLayers(labels: readonly PlacedLabel[], fontPx: number): Layer[] {
  const line = (dy: number) => ({
    data: labels as PlacedLabel[],
    characterSet: 'auto' as const,
    fontFamily: FONT,
    fontSettings: { sdf: true, fontSize: 40, buffer: 6, radius: 12 },
    outlineColor: HALO,
    outlineWidth: 6,
    sizeUnits: 'pixels' as const,
    getPosition: ({ division }: PlacedLabel): [number, number] => [division.label[0], division.label[1]],
    getPixelOffset: ({ offset }: PlacedLabel): [number, number] => [offset[0], offset[1] + dy * fontPx],
  });
  return [
    new TextLayer<PlacedLabel>({
      ...line(-0.58),
      id: 'names',
      fontWeight: 700,
      getText: ({ division }) => division.name,
      getSize: fontPx,
      getColor: INK,
    }),
    new TextLayer<PlacedLabel>({
      ...line(0.58),
      id: 'label-rates',
      getText: ({ division }) => division.figure,
      getSize: fontPx * 0.9,
      getColor: [222, 229, 238, 255],
    }),
  ];
}
