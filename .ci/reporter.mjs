/**
 * Closes a test run with one plain line, `N passed, N failed[, N skipped]`, and names every skipped
 * test. In CI a skipped test fails the run unless its title says why it may: `… (skipped: no IPv6)`.
 */

const ALLOWED = /\(skipped: [^)]+\)/;

function skippedLine({ module, fullName, reason, isAllowed }) {
  const why = reason ?? (isAllowed ? undefined : 'no reason given');
  return `skipped: ${module} > ${fullName}${why === undefined ? '' : `: ${why}`}\n`;
}

export default class ClosingLineReporter {
  #passed = 0;
  #failed = 0;
  #skipped = [];
  #isFiltered = false;

  onInit(vitest) {
    // With `-t pattern` every other test counts as skipped; that is no finding.
    this.#isFiltered = Boolean(vitest.config.testNamePattern);
    process.on('exit', () => this.#close());
  }

  /** Files that do not load, failing hooks and stray rejections are failures too. */
  onTestRunEnd(modules, unhandledErrors) {
    this.#passed = 0;
    this.#failed = unhandledErrors.length;
    this.#skipped = [];
    for (const module of modules) this.#count(module);
  }

  #count(module) {
    for (const holder of [module, ...module.children.allSuites()]) {
      if (holder.errors().length > 0) this.#failed += 1;
    }
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === 'passed') this.#passed += 1;
      else if (result.state === 'failed') this.#failed += 1;
      else if (!this.#isFiltered) this.#skip(test, result);
    }
  }

  #skip(test, { state, note }) {
    const { fullName } = test;
    const reason = state === 'pending' ? 'the run ended before it' : note;
    const isAllowed = ALLOWED.test(fullName);
    this.#skipped.push({ module: test.module.relativeModuleId, fullName, reason, isAllowed });
  }

  /** Written as the process exits, so that nothing comes after it. */
  #close() {
    for (const skipped of this.#skipped) process.stdout.write(skippedLine(skipped));
    if (process.env.CI && this.#skipped.some((skipped) => !skipped.isAllowed)) {
      process.stdout.write('in CI a skipped test is a failure unless its title says why\n');
      process.exitCode ||= 1;
    }
    const skipped = this.#skipped.length > 0 ? `, ${this.#skipped.length} skipped` : '';
    process.stdout.write(`${this.#passed} passed, ${this.#failed} failed${skipped}\n`);
  }
}
