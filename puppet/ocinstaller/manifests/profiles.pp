# @summary Everything that this machine's services need, in the order of the table of services.
#
# Packages come first and at once. The profiles are those that OCI's placement chose.
class ocinstaller::profiles {
  $classes = $ocinstaller::profiles.map |$profile| { "ocinstaller::profile::${profile}" }

  contain ocinstaller::profile::base

  unless $ocinstaller::packages.empty {
    oci_packages { $ocinstaller::role:
      names   => $ocinstaller::packages,
      require => Class['ocinstaller::profile::base'],
    }

    # The modules declare some packages outside the classes that can be put in order.
    Oci_packages[$ocinstaller::role] -> Package<| |>

    $classes.each |$class| {
      Oci_packages[$ocinstaller::role] -> Class[$class]
    }
  }

  contain(*$classes)

  (['ocinstaller::profile::base'] + $classes).reduce |$before, $after| {
    Class[$before] -> Class[$after]
    $after
  }

  # Those of the site: each by itself, so that a name that does not exist stops no service.
  $ocinstaller::extra_packages.each |$name| {
    unless defined(Package[$name]) {
      package { $name:
        ensure  => installed,
        require => Class['ocinstaller::profile::base'],
      }
    }
  }
}
