import { Pulses } from './pulses.ts';
import { NoWebGl, type MapHandle, type MapHit, type MapOptions } from './types.ts';

/** Puts a map into an element: the base map below, the overlay above. The only door to web/map/.
 * @throws (rejects) NoWebGl where the device has no WebGL 2. */
export async function mount(el: HTMLElement, options: MapOptions): Promise<MapHandle> {
  if (!hasWebGl()) throw new NoWebGl('no WebGL 2');
  // Two chunks, fetched side by side, after the figures.
  const [{ Basemap }, { cameraFor, Overlay }] = await Promise.all([import('./basemap.ts'), import('./overlay.ts')]);
  const below = layer(el, 'basemap');
  const above = layer(el, 'overlay');
  const unit = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const camera = cameraFor(options.extent, Math.max(50, el.clientWidth), Math.max(50, el.clientHeight), unit);

  let state = options.state;
  let idleTimer: ReturnType<typeof setTimeout> | undefined;
  const checkIdle = (): void => {
    clearTimeout(idleTimer);
    idleTimer = setTimeout(() => (basemap.isIdle && overlay.isIdle ? options.onIdle() : checkIdle()), 250);
  };
  const basemap = new Basemap(below, camera, state, {
    idle: () => {
      overlay.setGridLabels(basemap.gridLabels());
      checkIdle();
    },
    lost: options.onLost,
  });
  /** The overlay's own marks come first; where it has none, the division below. */
  const under = (hit: MapHit | null, x: number, y: number): MapHit | null => hit ?? basemap.pick(x, y);
  /** Grids and components are read, not chosen: a click goes through them to the division. */
  const read = (hit: MapHit | null, x: number, y: number): MapHit | null =>
    hit ?? basemap.pickDetail(x, y) ?? basemap.pick(x, y);
  const overlay = new Overlay(above, camera, options, {
    onCamera: (next) => {
      basemap.jump(next);
      pulses.move();
    },
    onHover: (hit, x, y) => {
      const found = x < 0 || y < 0 ? null : read(hit, x, y);
      options.onHover(found && { hit: found, x, y });
    },
    onClick: (hit, x, y) => {
      const found = under(hit, x, y);
      if (found) options.onClick(found);
    },
    onLoad: checkIdle,
    onLost: options.onLost,
  });
  const pulses = new Pulses(el, (lng, lat) => overlay.project(lng, lat));

  let bbox = options.extent;
  const resized = new ResizeObserver(() => {
    basemap.resize();
    overlay.resize();
    pulses.move();
  });
  resized.observe(el);

  return {
    setLayers(next) {
      state = next;
      basemap.setState(state);
      overlay.setState(state);
      checkIdle();
    },
    fit(next) {
      bbox = next;
      const to = overlay.cameraFor(bbox);
      overlay.moveTo(to, options.motion);
      if (!options.motion) basemap.jump(to);
      checkIdle();
    },
    zoomBy(steps) {
      const to = { ...overlay.camera, zoom: overlay.camera.zoom + steps };
      overlay.moveTo(to, options.motion);
      if (!options.motion) basemap.jump(to);
    },
    flyTo([longitude, latitude], zoomBy) {
      const to = { longitude, latitude, zoom: Math.min(18, overlay.camera.zoom + zoomBy) };
      overlay.moveTo(to, options.motion);
      if (!options.motion) basemap.jump(to);
    },
    pulse(lng, lat, light) {
      if (options.motion) pulses.add(lng, lat, light);
    },
    destroy() {
      clearTimeout(idleTimer);
      resized.disconnect();
      overlay.destroy();
      basemap.destroy();
      el.replaceChildren();
    },
  };
}

function layer(parent: HTMLElement, name: string): HTMLElement {
  const el = document.createElement('div');
  el.className = name;
  el.style.cssText = 'position:absolute;inset:0';
  parent.append(el);
  return el;
}

function hasWebGl(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2');
  gl?.getExtension('WEBGL_lose_context')?.loseContext();
  return gl !== null;
}
