import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Only what this server itself serves may run, load or be called; nothing inline, no frames. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export interface StaticFile {
  /** `/` for the page itself. */
  readonly path: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
  /** With its quotes; changes with the bytes. */
  readonly etag: string;
}

/**
 * Reads the dashboard's files once: what is not in memory cannot be asked for, by no path.
 * @returns the files of a known type in the folder, not below it; none where there is no folder
 */
export function dashboardFiles(folder: string): StaticFile[] {
  return namesIn(folder).flatMap((name) => {
    const mediaType = MEDIA_TYPES[extname(name)];
    if (mediaType === undefined) return [];
    const path = name === 'index.html' ? '/' : `/${name}`;
    const bytes = readFileSync(join(folder, name));
    return [{ path, mediaType, bytes, etag: etagOf(bytes) }];
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
}
