/** The one dialog that is open, if any. */
import { useUi } from "#renderer/app-context.tsx";
import { KeepDialog } from "#renderer/features/conflicts/keep-dialog.tsx";
import { DiagnosticsDialog } from "#renderer/features/diagnostics/diagnostics-dialog.tsx";
import { RestoreDialog } from "#renderer/features/home/restore-dialog.tsx";
import { LeaveSafeDialog, RefuseDialog } from "#renderer/features/review/review-dialogs.tsx";
import { NameDialog } from "#renderer/features/snapshots/name-dialog.tsx";
import { RollbackDialog } from "#renderer/features/snapshots/rollback-dialog.tsx";
import { unreachable } from "#shared/assert.ts";
import { CloseDialog } from "./close-dialog.tsx";
import { KeySheet } from "./key-sheet.tsx";

export function Dialogs() {
  const dialog = useUi((state) => state.dialog);
  if (dialog === null) return null;
  switch (dialog.kind) {
    case "rollback":
      return <RollbackDialog oid={dialog.oid} />;
    case "name-snapshot":
      return <NameDialog oid={dialog.oid} label={dialog.label} />;
    case "keep":
      return <KeepDialog uuids={dialog.uuids} keep={dialog.keep} names={dialog.names} />;
    case "refuse":
      return <RefuseDialog uuids={dialog.uuids} count={dialog.count} />;
    case "leave-safe":
      return <LeaveSafeDialog />;
    case "restore-snapshot":
      return <RestoreDialog />;
    case "diagnostics":
      return <DiagnosticsDialog />;
    case "close-asked":
      return <CloseDialog />;
    case "keys":
      return <KeySheet />;
    default:
      return unreachable(dialog);
  }
}
