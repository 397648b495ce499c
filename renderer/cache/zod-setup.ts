/**
 * Tells zod not to make code from text, which it would try for speed: the page's security policy forbids it, and
 * already the attempt is reported as a violation. Imported before anything that makes a schema.
 */
import { z } from "zod";

z.config({ jitless: true });
