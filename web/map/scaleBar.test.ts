import { describe, expect, it } from 'vitest';
import { kmPerPixel, scaleBar } from './scaleBar.ts';

describe('the scale bar', () => {
  it('knows the equator, and that the parallels grow shorter', () => {
    const camera = { longitude: 0, latitude: 0, zoom: 0 };
    // 100 of 512 pixels round the equator of turf's sphere, whose circumference is 40,030 km.
    expect(kmPerPixel(camera)).toBeCloseTo(40_030.2 / 512, 1);
    expect(kmPerPixel({ ...camera, latitude: 60, zoom: 10 }) / kmPerPixel({ ...camera, zoom: 10 })).toBeCloseTo(0.5, 3);
  });

  it.each([
    [0.1, 120, 10_000, 100],
    [0.09, 120, 10_000, 111.1],
    [0.04, 120, 2_000, 50],
    [0.001, 120, 100, 100],
    [0.0003, 120, 20, 66.7],
  ])('%f km a pixel in %i pixels: %i m in %f pixels', (perPixel, most, metres, pixels) => {
    const bar = scaleBar(perPixel, most);
    expect(bar.metres).toBe(metres);
    expect(bar.pixels).toBeCloseTo(pixels, 1);
  });
});
