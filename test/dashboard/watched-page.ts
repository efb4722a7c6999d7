import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** A page, and all that the browser had to complain of: errors, and what the policy has forbidden. */
export interface WatchedPage {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** @param url that the page opens; nothing else is within its reach */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const { origin } = new URL(url);
  page.on('console', (message) => {
    // What a node that is gone, or wants a token, answers is shown by the page.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(`asks ${request.url()}`);
  });
  await page.addInitScript(
    `addEventListener('securitypolicyviolation', (e) => console.error('policy: ' + e.violatedDirective + ' ' + e.blockedURI))`,
  );
  await page.goto(url);
  return { page, complaints };
}
