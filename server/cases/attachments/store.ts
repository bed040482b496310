import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import { HekanError } from '../../errors.ts';

/** Where bytes lie under their hash. What is there is never changed. */
export interface AttachmentStore {
  /** Resolves when the bytes are kept. */
  put(sha256: string, bytes: Uint8Array<ArrayBuffer>, type: string): Promise<void>;
  /** Null: there are none. */
  get(sha256: string): Promise<Uint8Array<ArrayBuffer> | null>;
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Files in a folder, two letters of their hash deep. */
export function folderStore(folder: string): AttachmentStore {
  const place = (sha256: string) => join(folder, sha256.slice(0, 2), sha256);
  return {
    async put(sha256, bytes) {
      mkdirSync(join(folder, sha256.slice(0, 2)), { recursive: true, mode: 0o700 });
      // Under another name first: one that was written by half is never found.
      const half = `${place(sha256)}.${process.pid}.part`;
      await writeFile(half, bytes, { mode: 0o600, flush: true });
      await rename(half, place(sha256));
    },
    async get(sha256) {
      try {
        return new Uint8Array(await readFile(place(sha256)));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
    },
  };
}

export interface S3Options {
  /** With the bucket as the path's first part, e.g. https://minio.example:9000. */
  endpoint: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
}

/** An S3-compatible store: MinIO, Ceph, or a cloud's. Source: Amazon S3 REST API, PutObject and GetObject, Signature Version 4. */
export function s3Store({ endpoint, bucket, accessKeyId, secretAccessKey, region }: S3Options): AttachmentStore {
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 3 });
  const url = (sha256: string) => `${endpoint.replace(/\/$/, '')}/${bucket}/${sha256}`;
  const failed = (what: string, status: number) =>
    new HekanError('unavailable', `the store of attachments did not ${what}: it answered ${status}`, {
      retryAfterS: 10,
    });
  return {
    async put(sha256, bytes, type) {
      const headers = { 'Content-Type': type, 'x-amz-content-sha256': sha256 };
      const answer = await client.fetch(url(sha256), { method: 'PUT', body: bytes, headers });
      if (!answer.ok) throw failed('take the file', answer.status);
    },
    async get(sha256) {
      const answer = await client.fetch(url(sha256));
      if (answer.status === 404) return null;
      if (!answer.ok) throw failed('give the file', answer.status);
      return new Uint8Array(await answer.arrayBuffer());
    },
  };
}
