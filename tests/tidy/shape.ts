/**
 * Measures scripts by their syntax tree: how long functions are, how many parameters they take, how deep they nest.
 *
 * The callbacks of `describe` are sections of a test file, not functions, and a component's JSX is markup, not nesting:
 * both are measured by what they contain.
 */
import ts from "typescript";
import type { Finding } from "./findings.ts";
import { parseScript, type SourceFile } from "./sources.ts";

/** A function's own lines: the functions inside it are measured by themselves, as the methods of a class would be. */
const functionLinesMax = 70;
/** With everything inside; a store or a router made of closures may be this long. */
const closureLinesMax = 140;
const parametersMax = 3;
const nestingMax = 3;

export function shapeFindings(source: SourceFile): Finding[] {
  const tree = parseScript(source);
  const findings: Finding[] = [];
  const visit = (node: ts.Node): void => {
    if (isFunction(node) && !isSection(node)) findings.push(...functionFindings(node, tree, source.name));
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return findings;
}

type FunctionNode = ts.FunctionLikeDeclaration & { readonly body: ts.Node };

function isFunction(node: ts.Node): node is FunctionNode {
  return ts.isFunctionLike(node) && "body" in node && node.body !== undefined;
}

function isSection(node: ts.Node): boolean {
  return ts.isCallExpression(node.parent) && /^describe\b/.test(node.parent.expression.getText());
}

function functionFindings(node: FunctionNode, tree: ts.SourceFile, file: string): Finding[] {
  const first = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line;
  const lines = tree.getLineAndCharacterOfPosition(node.end).line - first + 1;
  const depth = nestingIn(node.body);
  const place = { file, line: first + 1, subject: functionName(node) };
  const findings: Finding[] = [];
  const own = lines - innerLines(node.body, tree);
  const isLong = own > functionLinesMax || lines > closureLinesMax;
  if (isLong)
    findings.push({ ...place, rule: "function-lines", detail: `${own} lines, ${lines} with inner functions` });
  if (depth > nestingMax) findings.push({ ...place, rule: "nesting", detail: `${depth} levels` });
  const { length } = node.parameters;
  if (length > parametersMax) findings.push({ ...place, rule: "parameters", detail: `${length} parameters` });
  return findings;
}

/** The lines of the functions directly inside, but for the first line of each. */
function innerLines(node: ts.Node, tree: ts.SourceFile): number {
  let lines = 0;
  ts.forEachChild(node, (child) => {
    const lineOf = (position: number): number => tree.getLineAndCharacterOfPosition(position).line;
    lines += isFunction(child) ? lineOf(child.end) - lineOf(child.getStart(tree)) : innerLines(child, tree);
  });
  return lines;
}

function functionName(node: ts.Node): string {
  if ((ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) && node.name) return node.name.getText();
  if (ts.isConstructorDeclaration(node)) return "constructor";
  if (ts.isVariableDeclaration(node.parent) || ts.isPropertyAssignment(node.parent)) return node.parent.name.getText();
  return "(callback)";
}

function isLevel(node: ts.Node): boolean {
  const isElseIf = ts.isIfStatement(node) && ts.isIfStatement(node.parent) && node.parent.elseStatement === node;
  const isBranch = ts.isIfStatement(node) || ts.isSwitchStatement(node) || ts.isTryStatement(node);
  return (isBranch && !isElseIf) || ts.isIterationStatement(node, false);
}

/** The deepest chain of branches and loops; functions inside are measured on their own. */
function nestingIn(node: ts.Node): number {
  let deepest = 0;
  ts.forEachChild(node, (child) => {
    if (!isFunction(child)) deepest = Math.max(deepest, nestingIn(child) + (isLevel(child) ? 1 : 0));
  });
  return deepest;
}
