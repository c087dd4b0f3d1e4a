"""`python -m ticketing_test_support.deployed_servers FOLDER`: puts the servers of infra/k8s into FOLDER/bin."""

import sys
from pathlib import Path

from ticketing_test_support.deployed_servers.images import UnclearVersion, deployed_images
from ticketing_test_support.deployed_servers.unpacking import NotUnpacked, unpack


def main() -> None:
    """Exits with one line that says what is wrong."""
    folder = Path(sys.argv[1]).absolute()
    try:
        for server, image in deployed_images().items():
            print(f"set-up      {server} from {image}")
            unpack(server, image, folder)
    except (NotUnpacked, UnclearVersion) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
