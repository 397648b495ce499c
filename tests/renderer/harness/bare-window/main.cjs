/** An Electron app that is nothing but a window: the page is loaded by the test. */
const { app, BrowserWindow } = require("electron");

// Electron's own default would be one folder for all runs, in which ports that come again remember what was shown.
app.setPath("userData", app.commandLine.getSwitchValue("user-data-dir"));

app.whenReady().then(() => {
  const window = new BrowserWindow({
    width: Number(process.env.WINDOW_WIDTH ?? 1_280),
    height: Number(process.env.WINDOW_HEIGHT ?? 820),
    useContentSize: true,
    backgroundColor: "#1b1b1b",
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false },
  });
  void window.loadURL("about:blank");
});
