// What a user does with mouse, keyboard and menus: every action goes through Unity's Undo, one group an action, as the
// editor's own commands do (docs: ScriptReference/Undo.html). Values come in canonical space.
using System;
using UnityEditor;
using UnityEngine;
using UnityStandIn;
using VibeSync.Core;

namespace VibeSync.Host
{
    public static class UserActions
    {
        public static GameObject Create(string name, string type, GameObject parentOrNull)
        {
            Undo.IncrementCurrentGroup();
            var made = new GameObject(name);
            if (type == "camera") made.AddComponent<Camera>();
            if (type == "light") made.AddComponent<Light>();
            if (type == "mesh" || type == "cube")
            {
                made.AddComponent<MeshFilter>().sharedMesh = BuiltInMeshes.ByName("Cube");
                made.AddComponent<MeshRenderer>();
            }
            if (parentOrNull != null) made.transform.SetParent(parentOrNull.transform, false);
            Undo.RegisterCreatedObjectUndo(made, "Create " + name);
            Select(made);
            return made;
        }

        public static GameObject Duplicate(GameObject source)
        {
            Undo.IncrementCurrentGroup();
            GameObject copy = UnityEngine.Object.Instantiate(source);
            copy.name = source.name + " (1)";
            Undo.RegisterCreatedObjectUndo(copy, "Duplicate");
            Select(copy);
            return copy;
        }

        public static void Rename(GameObject target, string name)
        {
            Record(target);
            target.name = name;
        }

        public static void Toggle(GameObject target, bool isActive)
        {
            Record(target);
            target.SetActive(isActive);
        }

        public static void Parent(GameObject target, GameObject parentOrNull)
        {
            Undo.IncrementCurrentGroup();
            Undo.SetTransformParent(target.transform, parentOrNull == null ? null : parentOrNull.transform, "Parent");
        }

        public static void Delete(GameObject target)
        {
            Undo.IncrementCurrentGroup();
            Undo.DestroyObjectImmediate(target);
        }

        /// <summary>Writes canonical values, as typing into the inspector would.</summary>
        public static void Set(GameObject target, JsonObject values)
        {
            Record(target.transform);
            Place(target, values);
            if (values.ContainsKey("name")) Rename(target, (string)values["name"]);
            if (values.ContainsKey("visible")) Toggle(target, (bool)values["visible"]);
            if (target.GetComponent<Camera>() != null) SetCamera(target.GetComponent<Camera>(), values);
            if (target.GetComponent<Light>() != null) SetLight(target.GetComponent<Light>(), values);
        }

        /// <summary>The mouse goes down on a handle; every Drag until Release belongs to one undo step.</summary>
        public static void Hold(GameObject target)
        {
            Undo.IncrementCurrentGroup();
            Select(target);
            GUIUtility.hotControl = 1;
        }

        public static void Drag(GameObject target, JsonObject values)
        {
            Undo.RecordObject(target.transform, "Move");
            Place(target, values);
        }

        public static void Release()
        {
            Undo.IncrementCurrentGroup();
            GUIUtility.hotControl = 0;
        }

        public static void Select(GameObject target)
        {
            Selection.gameObjects = new[] { target };
        }

        private static void Place(GameObject target, JsonObject values)
        {
            double[] t = Numbers(values, "translation"), r = Numbers(values, "rotation"), s = Numbers(values, "scale");
            if (t != null) target.transform.localPosition = Canonical.ToUnityTranslation(target, t);
            if (r != null) target.transform.localRotation = Canonical.ToUnityRotation(target, r);
            if (s != null) target.transform.localScale = new Vector3((float)s[0], (float)s[1], (float)s[2]);
        }

        private static void SetCamera(Camera camera, JsonObject values)
        {
            Record(camera);
            if (values.ContainsKey("camera.projection"))
            {
                camera.orthographic = (string)values["camera.projection"] == "orthographic";
            }
            if (values.ContainsKey("camera.yfov"))
            {
                camera.fieldOfView = (float)((double)values["camera.yfov"] * 180 / Math.PI);
            }
            if (values.ContainsKey("camera.ymag")) camera.orthographicSize = (float)(double)values["camera.ymag"];
            if (values.ContainsKey("camera.near")) camera.nearClipPlane = (float)(double)values["camera.near"];
            if (values.ContainsKey("camera.far")) camera.farClipPlane = (float)(double)values["camera.far"];
        }

        private static void SetLight(Light light, JsonObject values)
        {
            Record(light);
            if (values.ContainsKey("light.type"))
            {
                light.type = (LightType)Array.IndexOf(new[] { "spot", "sun", "point", "area" },
                    (string)values["light.type"]);
            }
            if (values.ContainsKey("light.intensity"))
            {
                double unit = light.type == LightType.Rectangle ? 1 : 683 * Math.PI;
                light.intensity = (float)((double)values["light.intensity"] / unit);
            }
            if (values.ContainsKey("light.range")) light.range = (float)(double)values["light.range"];
            if (values.ContainsKey("light.outer"))
            {
                light.spotAngle = (float)((double)values["light.outer"] * 360 / Math.PI);
            }
            if (values.ContainsKey("light.inner"))
            {
                light.innerSpotAngle = (float)((double)values["light.inner"] * 360 / Math.PI);
            }
        }

        private static void Record(UnityEngine.Object target)
        {
            Undo.IncrementCurrentGroup();
            Undo.RecordObject(target, "Edit");
        }

        private static double[] Numbers(JsonObject values, string name)
        {
            var items = values.OrNull(name) as JsonArray;
            return items == null ? null : items.ConvertAll(item => (double)item).ToArray();
        }
    }
}
