/**
 * A finding is one place where a house rule is broken; this takes away the listed exceptions and words what is left.
 */
import { type Exception, exceptions, type HouseRule } from "./exceptions.ts";

export type Finding = {
  readonly rule: HouseRule;
  readonly file: string;
  readonly line: number;
  readonly subject: string;
  readonly detail: string;
};

function isExcused(finding: Finding, exception: Exception): boolean {
  const isSameSubject = exception.subject === undefined || exception.subject === finding.subject;
  return exception.rule === finding.rule && exception.file === finding.file && isSameSubject;
}

/** One line for each finding that no exception covers. */
export function complaints(findings: readonly Finding[]): string[] {
  const left = findings.filter((finding) => !exceptions.some((exception) => isExcused(finding, exception)));
  return left.map(({ file, line, rule, subject, detail }) => `${file}:${line} ${rule} ${subject}: ${detail}`);
}

/** The exceptions for these rules that excuse nothing any more. */
export function staleExceptions(rules: readonly HouseRule[], findings: readonly Finding[]): Exception[] {
  const ours = exceptions.filter((exception) => rules.includes(exception.rule));
  return ours.filter((exception) => !findings.some((finding) => isExcused(finding, exception)));
}
