/**
 * What electron-builder is told: which files go in, which installers come out, which fuses are blown.
 *
 * Everything is bundled into out/, so the package carries no node_modules but the native `bufferutil`, kept outside the
 * archive because a shared library cannot be loaded from within one. The plugins' packages lie beside the archive,
 * where Blender and Unity can read them.
 */

/** The fuses of the shipped app; build/package.mjs reads them back from the finished executable. */
export const fuses = Object.freeze({
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  loadBrowserProcessSpecificV8Snapshot: false,
  grantFileProtocolExtraPrivileges: false,
});

/**
 * @param {{ dist: string, version: string, source: string }} runtime
 * @param {string} outputFolder
 * @returns {import("electron-builder").Configuration}
 */
export function packageConfig(runtime, outputFolder) {
  return {
    appId: "org.vibesync.hub",
    productName: "VibeSync",
    copyright: "Copyright © 2026 The VibeSync authors",
    directories: { output: outputFolder, buildResources: "build/icons" },
    electronVersion: runtime.version,
    // An ordinary download is left to electron-builder, which makes the executable of the target platform.
    ...(runtime.source === "npm" ? {} : { electronDist: runtime.dist }),
    npmRebuild: false,
    electronLanguages: ["en-US"],
    asarUnpack: ["node_modules/bufferutil/**"],
    files: [
      ...["package.json", "out/main/**", "out/preload/**", "out/renderer/**", "!**/*.map"],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: electron-builder's own macro
      ...["!node_modules/**", "node_modules/bufferutil/{package.json,index.js,fallback.js,prebuilds/${platform}-*/**}"],
      ...["node_modules/node-gyp-build/{package.json,index.js,node-gyp-build.js}"],
    ],
    extraResources: [
      { from: "out/plugins", to: "plugins" },
      { from: "build/icons", to: "icons", filter: ["tray/*.png", "app/256x256.png"] },
    ],
    electronFuses: { ...fuses, resetAdHocDarwinSignature: true },
    protocols: [{ name: "VibeSync", schemes: ["vibesync"] }],
    linux: {
      target: ["deb", "AppImage"],
      executableName: "vibesync",
      icon: "build/icons/app",
      category: "Graphics",
      maintainer: "The VibeSync authors <hello@example.org>",
      synopsis: "A live scene bridge between Blender and Unity",
    },
    deb: { depends: ["libgtk-3-0", "libnss3", "libgbm1", "libasound2", "libnotify4", "libxss1", "libxtst6"] },
    win: { target: ["nsis"] },
    nsis: {
      oneClick: false,
      perMachine: false,
      allowToChangeInstallationDirectory: true,
      deleteAppDataOnUninstall: false,
    },
    mac: { target: ["dmg"], category: "public.app-category.graphics-design", hardenedRuntime: true },
    publish: null,
  };
}
