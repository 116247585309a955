/** Somebody who looks at the dashboard in a real browser. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

const PATIENCE_MS = 15_000;

export class Watcher {
  /** What the browser complained about, and what should never have run: refused scripts, exceptions, dialogs. */
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('dialog', (dialog) => {
      this.complaints.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('request', (request) => {
      const { origin } = new URL(request.url());
      if (origin !== 'null' && page.url() !== 'about:blank' && origin !== new URL(page.url()).origin) {
        this.complaints.push(`a request to ${request.url()}`);
      }
    });
  }

  static async arrive(browser: Browser, url: string, options: BrowserContextOptions): Promise<Watcher> {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const watcher = new Watcher(await context.newPage());
    await watcher.page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    await watcher.page.goto(url);
    await watcher.see('Live');
    return watcher;
  }

  /** Waits for what the line to the server is said to be. */
  async see(status: string): Promise<void> {
    await this.page.locator('.status', { hasText: status }).waitFor();
  }

  /** Seqs of the entries of a log on the page, as they stand there. */
  async seqs(log: string): Promise<number[]> {
    const texts = await this.page
      .locator(`.entry[data-log="${log}"]`)
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-seq')));
    return texts.map(Number);
  }

  /** Waits for an entry, the newest of its log. */
  async seeEntry(log: string, seq: number): Promise<void> {
    await this.page.locator(`.entry[data-log="${log}"][data-seq="${seq}"]`).waitFor();
  }

  figure(name: string): Promise<string> {
    return this.page.locator(`[data-figure="${name}"]`).innerText();
  }

  /** The cells of a log in the table, by their heading. */
  async row(log: string): Promise<Record<string, string>> {
    const cells = this.page.locator(`tr[data-log="${log}"] td`);
    const pairs = await cells.evaluateAll((each) =>
      each.map((cell): [string, string] => [cell.getAttribute('data-label') ?? '', cell.textContent ?? '']),
    );
    return Object.fromEntries(pairs);
  }

  /** By how many pixels the page is wider than its window. */
  sidewaysScroll(): Promise<number> {
    return this.page.evaluate('Math.max(document.body.scrollWidth, document.documentElement.scrollWidth) - innerWidth');
  }

  /** Closes the window; fails if there was anything to complain about. */
  async leave(): Promise<void> {
    await this.page.context().close();
    if (this.complaints.length > 0) throw new Error(this.complaints.join('\n'));
  }
}
