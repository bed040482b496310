import { badRequest } from '../../errors.ts';

/** Loaded when the first picture comes: they take memory that a process without pictures does not need. */
const tools = async () => ({ sharp: (await import('sharp')).default, exifr: (await import('exifr')).default });

/** A picture with more pixels is a bomb, or of no use as a proof. */
const MAX_PIXELS = 60_000_000;
type Picture = 'jpeg' | 'png' | 'webp';

export interface CleanFile {
  bytes: Uint8Array<ArrayBuffer>;
  type: string;
  width: number | null;
  height: number | null;
  /** Where the camera said that it stood; offered once, not kept. */
  position: { lng: number; lat: number } | null;
}

const startsWith = (bytes: Uint8Array, signature: readonly number[], at = 0): boolean =>
  signature.every((byte, i) => bytes[at + i] === byte);

/** What a file is by its first bytes, whatever it is called. */
function kindOf(bytes: Uint8Array): Picture | 'pdf' | null {
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return 'jpeg';
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png';
  if (startsWith(bytes, [0x52, 0x49, 0x46, 0x46]) && startsWith(bytes, [0x57, 0x45, 0x42, 0x50], 8)) return 'webp';
  return startsWith(bytes, [0x25, 0x50, 0x44, 0x46, 0x2d]) ? 'pdf' : null;
}

async function positionOf(bytes: Uint8Array): Promise<CleanFile['position']> {
  const { exifr } = await tools();
  const found = await exifr.gps(bytes).catch(() => undefined);
  const { longitude: lng, latitude: lat } = (found ?? {}) as { longitude?: number; latitude?: number };
  const holds = lng !== undefined && lat !== undefined && Math.abs(lng) <= 180 && Math.abs(lat) <= 90;
  return holds && (lng !== 0 || lat !== 0) ? { lng, lat } : null;
}

/**
 * A file as it may be kept: a picture is turned upright and written anew, so that nothing of what the camera or a forger put beside
 * the pixels stays; a PDF stays as it is.
 * @throws HekanError('bad_request') for what is no such file, or a broken one.
 */
export async function cleanFile(bytes: Uint8Array<ArrayBuffer>): Promise<CleanFile> {
  const kind = kindOf(bytes);
  if (kind === null) throw badRequest('file', 'something else', 'a JPEG, PNG or WebP picture, or a PDF');
  if (kind === 'pdf') return { bytes, type: 'application/pdf', width: null, height: null, position: null };
  try {
    const { sharp } = await tools();
    const picture = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' }).autoOrient();
    const { data, info } = await picture
      .toFormat(kind, kind === 'png' ? {} : { quality: 88 })
      .toBuffer({ resolveWithObject: true });
    const position = await positionOf(bytes);
    return { bytes: new Uint8Array(data), type: `image/${kind}`, width: info.width, height: info.height, position };
  } catch (cause) {
    throw badRequest(
      'file',
      `a ${kind}: ${(cause as Error).message}`,
      `a whole picture of at most ${MAX_PIXELS / 1e6} million pixels`,
    );
  }
}
