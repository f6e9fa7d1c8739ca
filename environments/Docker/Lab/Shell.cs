// In this project a shell always runs in a container.
global using Shell = Hooktrail.Stations.Shell<Hooktrail.Docker.Engine.ContainerSession>;
