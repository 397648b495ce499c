/** The way to the diagnostics, wherever something may be wrong. */
import { LifeBuoy } from "lucide-react";
import { useApp } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { Button } from "#renderer/ui/button.tsx";

export function DiagnosticsButton() {
  const { ui } = useApp();
  return (
    <Button icon={LifeBuoy} onClick={() => ui.setState({ dialog: { kind: "diagnostics" } })}>
      {texts.diagnostics.open}
    </Button>
  );
}
