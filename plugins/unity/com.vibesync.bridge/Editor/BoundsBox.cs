// The box that stands for a mesh whose data is not here: eight corners, twelve clockwise triangles (Unity's front
// side).
using UnityEngine;

namespace VibeSync.Editor
{
    /// <summary>Fills a mesh with a box.</summary>
    public static class BoundsBox
    {
        // Corners are numbered by their sides: 1 = +x, 2 = +y, 4 = +z. Two triangles a face: -x, +x, -y, +y, -z, +z.
        private static readonly int[] s_Triangles =
        {
            0, 4, 6, 0, 6, 2, 1, 3, 7, 1, 7, 5, 0, 1, 5, 0, 5, 4, 2, 6, 7, 2, 7, 3, 0, 2, 3, 0, 3, 1, 4, 5, 7, 4, 7, 6,
        };

        public static void Fill(Mesh mesh, double[] center, double[] size)
        {
            var corners = new Vector3[8];
            for (int corner = 0; corner < corners.Length; corner++)
            {
                corners[corner] = new Vector3(
                    Side(center[0], size[0], (corner & 1) != 0),
                    Side(center[1], size[1], (corner & 2) != 0),
                    Side(center[2], size[2], (corner & 4) != 0));
            }
            mesh.Clear();
            mesh.vertices = corners;
            mesh.triangles = s_Triangles;
            mesh.RecalculateNormals();
            mesh.RecalculateBounds();
        }

        private static float Side(double center, double size, bool isFar)
        {
            return (float)(center + (isFar ? 0.5 : -0.5) * size);
        }
    }
}
